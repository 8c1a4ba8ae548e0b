const NEWLINE = 0x0a;

/** Cuts a byte stream into lines; a character that straddles two chunks stays whole. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest: Buffer[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#emit(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
  }

  #emit(tail: Buffer): void {
    const bytes = this.#rest.length === 0 ? tail : Buffer.concat([...this.#rest, tail]);
    this.#rest = [];
    if (bytes.length > 0) this.#onLine(bytes.toString('utf8'));
  }
}
