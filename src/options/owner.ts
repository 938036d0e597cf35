import { ConfigError } from "../errors.ts";
import type { Unit } from "./option.ts";

/** Whom a file is to belong to: names, or numbers as text. Null leaves that as it is. */
export interface OwnerNames {
  readonly user: string | null;
  readonly group: string | null;
}

/** A user, a group or both, as chown takes them. */
export const OWNER: Unit<OwnerNames> = {
  placeholder: "OWNER",
  spelling: "names or numbers, as chown takes them: USER, USER:GROUP, :GROUP",
  parse(text) {
    const [, user = "", group = ""] = /^([\w.-]*)(?::([\w.-]+))?$/.exec(text) ?? [];
    if (user === "" && group === "") throw new ConfigError(null, "not an owner, such as www-data, www-data:www-data, :www-data or 33:33");
    for (const name of [user, group]) {
      if (/^\d/.test(name) && !(Number(name) <= LARGEST_ID)) {
        throw new ConfigError(null, `${name} is neither a name nor a number up to ${LARGEST_ID}`);
      }
    }
    return { user: user === "" ? null : user, group: group === "" ? null : group };
  },
};

/** (uid_t) -1 stands for none (chown(2)). */
const LARGEST_ID = 0xffff_fffe;
