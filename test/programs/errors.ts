/** Why a program cannot be had. */
export type ProgramErrorCode = 'unavailable' | 'build-failed' | 'checksum' | 'lock';

/** Says what failed and what to do about it. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly code: ProgramErrorCode;

  constructor(code: ProgramErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
