/** The folder of files that the static workloads serve, from the checkout's root; git ignores it. `create_site.ts` makes it. */
export const SITE = "bench/.site";
