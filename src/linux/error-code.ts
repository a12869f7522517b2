/** The name in an error of one of Node's functions; its text if it has none. */
export const errorCode = (cause: unknown): string =>
  (cause as { readonly code?: string }).code ?? String(cause);
