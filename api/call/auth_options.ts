/** A value, or a function that is called whenever the value is needed. */
export type Provided = string | (() => string | Promise<string>);

/** The identity of a client: a user with a password, or a token's bearer. */
export type AuthOptions =
  | {
    /** The user. */
    readonly username: Provided;
    /**
     * The user's password. It is sent exactly as given: trim the line break at
     * the end of a file. Give a function for a password that rotates.
     */
    readonly password: Provided;
  }
  | {
    /**
     * A token from elsewhere, such as a JWT: printable ASCII, without the line
     * break at the end of a file. If a member refuses the token and this is a
     * function, the function is called again.
     */
    readonly token: Provided;
  };
