/** Somebody else's object stands where ours should. */
export class Foreign extends Error {
  override readonly name = 'Foreign';
  /** What the user can do. */
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(what);
    this.remedy = remedy;
  }
}
