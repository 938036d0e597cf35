// Contestants' packages are installed into ../.packages, and are none of the project's: nothing here is named where types are checked.

/** Imports a file of a package that `bench/packages.ts` has installed. */
export async function importPackage<T>(file: string): Promise<T> {
  return await import(new URL(`../.packages/node_modules/${file}`, import.meta.url).href) as T;
}
