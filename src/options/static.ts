import { ConfigError } from "../errors.ts";
import type { Unit } from "./option.ts";

/** A folder's path. */
export const FOLDER: Unit<string> = {
  placeholder: "DIR",
  spelling: "a folder's path",
  parse(text) {
    if (text === "" || text.includes("\0")) throw new ConfigError(null, "not a folder's path");
    return text;
  },
};

/** A URL's path, and the folder, or the file, that it stands for. */
export const STATIC_MAP: Unit<{ readonly prefix: string; readonly root: string }> = {
  placeholder: "MAP",
  spelling: "/PREFIX=DIR, or /PATH=FILE: /assets=./public, /=/srv/site, /favicon.ico=./favicon.ico",
  parse(text) {
    const equals = text.indexOf("=");
    const [prefix, root] = [text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)];
    if (!prefix.startsWith("/") || /[?#]/.test(prefix) || root === "" || text.includes("\0")) {
      throw new ConfigError(null, "not /PREFIX=DIR, such as /assets=./public: the URL's path, which begins with a slash, and the folder's");
    }
    return { prefix, root };
  },
};

/** The name of a file that stands for its folder; null for none. */
export const INDEX_NAME: Unit<string | null> = {
  placeholder: "NAME",
  spelling: "a file's name: index.html; none for no such file",
  parse(text) {
    if (text === "none") return null;
    if (text === "" || text.includes("/") || text.includes("\0")) throw new ConfigError(null, "not a file's name, such as index.html");
    return text;
  },
};

/** An ending of names, with its dot. */
export const EXTENSION: Unit<string> = {
  placeholder: "EXT",
  spelling: "an ending, with or without its dot: .php",
  parse(text) {
    const ending = text.startsWith(".") ? text : `.${text}`;
    if (ending === "." || text.includes("/") || text.includes("\0")) throw new ConfigError(null, "not an ending of names, such as .php");
    return ending;
  },
};

/** A file below a folder of files. */
export const FILE_BELOW: Unit<string> = {
  placeholder: "FILE",
  spelling: "a path below the folder: index.html, errors/404.html",
  parse(text) {
    const names = text.split("/");
    if (text.includes("\0") || names.some((name) => name === "" || name === "." || name === "..")) {
      throw new ConfigError(
        null,
        "not a path below the folder, such as index.html: without a slash at its ends, and without dots that lead upwards",
      );
    }
    return text;
  },
};
