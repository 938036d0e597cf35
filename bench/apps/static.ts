import { staticFiles } from "../../src/entry/static.ts";

export default staticFiles("bench/.site");
