/** The code of a row of the failure table. */
export type FailureCode = string;
