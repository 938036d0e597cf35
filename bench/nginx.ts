/** nginx as its users run it for files: sendfile, and descriptors kept open; one process, which does all the work. */
/** What nginx needs, and what its address is made of; git ignores it. */
export const NGINX_FOLDER = "bench/.nginx";

/** A configuration's name: with `open_file_cache`, or without. */
export type NginxSetup = "cached" | "uncached";

/** Where `createNginx` writes a configuration, from the checkout's root. */
export function nginxConfig(setup: NginxSetup): string {
  return `${NGINX_FOLDER}/${setup}.conf`;
}

/**
 * nginx prints no address and takes no port 0: a shell announces the one in its configuration, once nginx has had the time to listen, and becomes nginx, so
 * that the process that is measured is nginx itself.
 */
export function nginxCommand(setup: NginxSetup): readonly string[] {
  const config = nginxConfig(setup);
  const announce = `(sleep 0.5; sed -n 's/.*listen \\(127[0-9.:]*\\).*/listening on http:\\/\\/\\1/p' "$0") &`;
  return ["-c", `${announce} exec nginx -p "$PWD" -c "$0" -e stderr`, config];
}
