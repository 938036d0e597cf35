import type { FilePart } from "../contract/files.ts";
import type { ResponseParts } from "../http/response.ts";
import { shorterFile } from "../static/file_stream.ts";
import type { Answer } from "./answer.ts";

/**
 * Reads a small part of a file and sends it in one piece, with its length. It costs that many bytes until the client has them.
 *
 * @returns Fulfils when the answer is with its carrier, or has failed; never rejects.
 */
export async function sendSmallFile(reply: Answer, parts: ResponseParts, { file, start, end, named }: FilePart): Promise<void> {
  try {
    const content = new Uint8Array(end - start);
    const count = await file.read(content, start);
    if (count < content.length) throw shorterFile(named, start + count, end);
    if (reply.closed) reply.end();
    else reply.sendWhole(parts, content);
  } catch (error) {
    reply.fail(error);
  } finally {
    void file.close();
  }
}
