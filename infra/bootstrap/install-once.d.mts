/** Makes `target` complete or not at all: `make` fills the path it is given, which is renamed to `target` at the end. */
export function installOnce(target: string, make: (partial: string) => void | Promise<void>, report?: (message: string) => void): Promise<string>;
