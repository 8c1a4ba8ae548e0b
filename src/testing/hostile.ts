import fc from 'fast-check';

/** What has broken out of one configuration language or another: quotes, ends of lines, interpolations, ends of sections. */
const PIECES = [
  '"', "'", '`', '\\', '\\"', "\\'", '\n', '\r', '\r\n', '\t', '\0', '\f', '\b', '\u0085', '\u2028', '\ufeff', '#', '# ', '#{', '#{`id`}', '#{ENV["X"]}', '#$x', '#@x',
  '${', '${tag}', '${HOME}', '$${x}', '%{x}', '%(', '}', '{{', '{{ .x }}', '<%= x %>', '<', '>', '</match>', '</label>', '<match **>', '@include /etc/passwd', '@type exec',
  'file:///etc/passwd', ': ', '- ', '? ', '!!js', '&a', '*a', '|', '>-', '---', '...', ',', '[', ']', '(', ')', '/', '//', '/*', '*/', ';', '&&', '|| true', '=', '=>', 'ENV', 'é', '😀', '\ud800',
  ' ', 'a', '0',
];

/** Strings made to break out. */
export const hostile = (maxLength = 12): fc.Arbitrary<string> =>
  fc.oneof(
    fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3, unit: 'binary' })), { minLength: 1, maxLength }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  );

/** How many of them each language must stand. */
export const HOSTILE_RUNS = 1000;
