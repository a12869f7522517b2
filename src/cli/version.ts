/** Of the package, and so of what is printed. */
export const version = '0.1.0';
