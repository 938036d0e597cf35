/** Messages that no server may take, which the tests of the parser alone and of two in a row have in common. */
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";

/** What is refused: its name, the bytes, the status. */
export type Refusal = readonly [name: string, bytes: string, status: number];

/** The host that each of them names. */
export const HOST = "Host: a\r\n";

/** A request with these fields besides its host. */
export function get(fields: string): string {
  return `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

/** A request to this target. */
export function target(value: string): string {
  return `GET ${value} HTTP/1.1\r\n${HOST}\r\n`;
}

/** A request to this host. */
function host(value: string): string {
  return `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`;
}

/** A request with a chunked body. */
export function chunked(body: string): string {
  return `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`;
}

/** A request with these framing fields, and a body that another parser may see in it. */
export function framed(fields: string): string {
  return `POST / HTTP/1.1\r\n${HOST}${fields}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`;
}

const REQUEST_LINES: readonly Refusal[] = [
  ["a TLS handshake", "\x16\x03\x01\x02\x00", 400],
  ["the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
  ["HTTP/2.0", `GET / HTTP/2.0\r\n${HOST}\r\n`, 505],
  ["HTTP/0.9 by name", `GET / HTTP/0.9\r\n${HOST}\r\n`, 505],
  ["HTTP/3.1", `GET / HTTP/3.1\r\n${HOST}\r\n`, 505],
  ["HTTP/0.9", "GET /\r\n", 400],
  ["a version in lower case", `GET / http/1.1\r\n${HOST}\r\n`, 400],
  ["a version of two digits", `GET / HTTP/1.10\r\n${HOST}\r\n`, 400],
  ["a version without its minor", `GET / HTTP/1\r\n${HOST}\r\n`, 400],
  ["another protocol", `GET / HTCPCP/1.0\r\n${HOST}\r\n`, 400],
  ["white space behind the version", `GET / HTTP/1.1 \r\n${HOST}\r\n`, 400],
  ["two spaces before the target", `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["two spaces before the version", `GET /  HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a tab for a space", `GET\t/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a space before the method", ` GET / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["no method", `/ HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a method with a colon", `GE:T / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a method that is not ASCII", `GET\xe9 / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a method of 33 bytes", `${"M".repeat(33)} / HTTP/1.1\r\n${HOST}\r\n`, 501],
  ["CONNECT", `CONNECT a:80 HTTP/1.1\r\n${HOST}\r\n`, 501],
  ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 501],
  ["TRACK in lower case", `track / HTTP/1.1\r\n${HOST}\r\n`, 501],
  ["a bare LF behind the request line", `GET / HTTP/1.1\n${HOST}\r\n`, 400],
  ["a bare CR behind the request line", `GET / HTTP/1.1\r${HOST}\r\n`, 400],
  ["a bare LF before the request line", `\nGET / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a bare CR before the request line", `\rGET / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["two empty lines before the request line", `\r\n\r\nGET / HTTP/1.1\r\n${HOST}\r\n`, 400],
];

const TARGETS: readonly Refusal[] = [
  ["no target", `GET HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["a relative path", target("a/b"), 400],
  ["the authority form", target("a:80"), 400],
  ["* with GET", target("*"), 400],
  ["* and more", `OPTIONS *x HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["another scheme", target("ftp://a/"), 400],
  ["a scheme alone", target("http:/a"), 400],
  ["an absolute target without a host", target("http:///p"), 400],
  ["an absolute target with user information", target("http://u:p@a/"), 400],
  ["an absolute target with a bad port", target("http://a:x/"), 400],
  ["a fragment", target("/a#b"), 400],
  ["a fragment in a query", target("/a?b#c"), 400],
  ["a backslash in a path", target("/a\\..\\b"), 400],
  ["a quote", target('/a"b'), 400],
  ["an angle bracket in a query", target("/?<"), 400],
  ["a byte that is not ASCII", target("/\xe9"), 400],
  ["a byte that is not ASCII in a query", target("/?\xc3\xa9"), 400],
  ["NUL", target("/\0"), 400],
  ["a tab", target("/\t"), 400],
  ["DEL", target("/\x7f"), 400],
  ["a bare LF", target("/\n"), 400],
  ["a bare CR", target("/\r"), 400],
];

const HOSTS: readonly Refusal[] = [
  ["no host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["no host with an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n", 400],
  ["two hosts", get("Host: a\r\n"), 400],
  ["two hosts in HTTP/1.0", `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`, 400],
  ["an empty host", host(""), 400],
  ["an invalid host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n", 400],
  ["an invalid host with an absolute target", `GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n`, 400],
  ["a host with a path", host("a/b"), 400],
  ["a host with user information", host("u@a"), 400],
  ["a host that is a list", host("a, b"), 400],
  ["a host that is not ASCII", host("\xe9"), 400],
];

const FIELDS: readonly Refusal[] = [
  ["white space before the colon", get("x : y\r\n"), 400],
  ["a tab before the colon", get("x\t: y\r\n"), 400],
  ["a folded line", get("x: y\r\n z\r\n"), 400],
  ["a line that begins with a tab", get("x: y\r\n\tz: a\r\n"), 400],
  ["white space before the first field", `GET / HTTP/1.1\r\n x: y\r\n${HOST}\r\n`, 400],
  ["an empty name", get(": y\r\n"), 400],
  ["a line without a colon", get("xy\r\n"), 400],
  ["a name with a bracket", get("x[y]: z\r\n"), 400],
  ["a name that is not ASCII", get("x\xe9: y\r\n"), 400],
  ["NUL in a name", get("x\0: y\r\n"), 400],
  ["NUL in a value", get("x: a\0b\r\n"), 400],
  ["a control in a value", get("x: a\x0bb\r\n"), 400],
  ["ESC among many characters", get("x: aaaaaaaaaaaaaaaaaaaaaa\x1baaaaaaaaa\r\n"), 400],
  ["DEL in a value", get("x: a\x7fb\r\n"), 400],
  ["a bare LF behind a value", get("x: y\nz: a\r\n"), 400],
  ["a bare CR in a value", get("x: y\rz: a\r\n"), 400],
  ["a bare LF that ends the head", `GET / HTTP/1.1\r\n${HOST}\n`, 400],
  ["a bare CR that ends the head", `GET / HTTP/1.1\r\n${HOST}\rx`, 400],
  ["100-continue with an empty element", get("Expect: 100-continue,\r\n"), 417],
  ["an unknown expectation", get("Expect: 200-ok\r\n"), 417],
  ["100-continue among others", get("Expect: 100-continue, x\r\n"), 417],
];

const FRAMING: readonly Refusal[] = [
  ["both kinds of framing", framed("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400],
  ["both, the other way round", framed("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400],
  ["both, with a length of 0", framed("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"), 400],
  ["two lengths", framed("Content-Length: 5\r\nContent-Length: 6\r\n"), 400],
  ["two equal lengths", framed("Content-Length: 5\r\nContent-Length: 5\r\n"), 400],
  ["a list of equal lengths", framed("Content-Length: 5, 5\r\n"), 400],
  ["an empty length", framed("Content-Length:\r\n"), 400],
  ["a signed length", framed("Content-Length: +5\r\n"), 400],
  ["a negative length", framed("Content-Length: -5\r\n"), 400],
  ["a hexadecimal length", framed("Content-Length: 0x5\r\n"), 400],
  ["a length with a fraction", framed("Content-Length: 5.0\r\n"), 400],
  ["a length with an exponent", framed("Content-Length: 1e1\r\n"), 400],
  ["a length with zeros in front", framed("Content-Length: 05\r\n"), 400],
  ["a length with a space within", framed("Content-Length: 5 0\r\n"), 400],
  ["a length in quotes", framed('Content-Length: "5"\r\n'), 400],
  ["a length in superscript", framed("Content-Length: \xb2\r\n"), 400],
  ["a length over 2^53", framed("Content-Length: 9007199254740992\r\n"), 413],
  ["a length over 2^64", framed("Content-Length: 18446744073709551621\r\n"), 413],
  ["a length of 400 digits", framed(`Content-Length: ${"9".repeat(400)}\r\n`), 413],
  ["transfer-encoding in HTTP/1.0", `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ["chunked twice", framed("Transfer-Encoding: chunked, chunked\r\n"), 400],
  ["chunked in two fields", framed("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400],
  ["identity, then chunked, in two fields", framed("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"), 400],
  ["chunked not last", framed("Transfer-Encoding: chunked, gzip\r\n"), 400],
  ["gzip alone", framed("Transfer-Encoding: gzip\r\n"), 400],
  ["identity", framed("Transfer-Encoding: identity\r\n"), 400],
  ["a coding that resembles chunked", framed("Transfer-Encoding: xchunked\r\n"), 400],
  ["gzip before chunked", framed("Transfer-Encoding: gzip, chunked\r\n"), 501],
  ["an empty transfer-encoding", framed("Transfer-Encoding:\r\n"), 400],
  ["an empty coding before chunked", framed("Transfer-Encoding: , chunked\r\n"), 400],
  ["an empty coding behind chunked", framed("Transfer-Encoding: chunked,\r\n"), 400],
  ["chunked with a parameter", framed("Transfer-Encoding: chunked;a=b\r\n"), 400],
  ["chunked in quotes", framed('Transfer-Encoding: "chunked"\r\n'), 400],
  ["chunked behind a vertical tab", framed("Transfer-Encoding: \x0bchunked\r\n"), 400],
  ["chunked with a space before the colon", framed("Transfer-Encoding : chunked\r\n"), 400],
];

const CHUNKS: readonly Refusal[] = [
  ["no size", chunked("\r\n"), 400],
  ["a size that is not hexadecimal", chunked("g\r\n"), 400],
  ["a size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400],
  ["a signed size", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400],
  ["a negative size", chunked("-5\r\nhello\r\n0\r\n\r\n"), 400],
  ["a space before a size", chunked(" 5\r\nhello\r\n0\r\n\r\n"), 400],
  ["a space behind a size", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400],
  ["an underscore in a size", chunked("1_0\r\n"), 400],
  ["a size of 13 digits", chunked("0000000000005\r\nhello\r\n0\r\n\r\n"), 400],
  ["a bare LF behind a size", chunked("5\nhello\r\n0\r\n\r\n"), 400],
  ["a bare CR behind a size", chunked("5\rXhello\r\n0\r\n\r\n"), 400],
  ["a chunk longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"), 400],
  ["a bare LF behind a chunk", chunked("5\r\nhello\n0\r\n\r\n"), 400],
  ["a bare CR behind a chunk", chunked("5\r\nhello\rX"), 400],
  ["an extension without a name", chunked("5;\r\nhello\r\n0\r\n\r\n"), 400],
  ["an extension without a value", chunked("5;a=\r\nhello\r\n0\r\n\r\n"), 400],
  ["an extension with a space behind it", chunked("5;a \r\nhello\r\n0\r\n\r\n"), 400],
  ["an extension with a bare LF", chunked("5;a\nhello\r\n0\r\n\r\n"), 400],
  ["an extension with a bare CR", chunked("5;a\rXhello\r\n0\r\n\r\n"), 400],
  ["an extension with a line end in quotes", chunked('5;a="\r\nhello\r\n0\r\n\r\n"\r\n'), 400],
  ["an extension with an escaped line end", chunked('5;a="\\\r\n"\r\nhello\r\n'), 400],
  ["an extension with a quote in a token", chunked('5;a=b"c"\r\n'), 400],
  ["an extension with two values", chunked("5;a=b=c\r\n"), 400],
  ["an extension behind a quoted value", chunked('5;a="b"c\r\n'), 400],
  ["an extension with NUL", chunked("5;\0\r\n"), 400],
  ["a trailer with a space before the colon", chunked("0\r\nx : y\r\n\r\n"), 400],
  ["a folded trailer", chunked("0\r\nx: y\r\n z\r\n\r\n"), 400],
  ["a trailer without a colon", chunked("0\r\nxy\r\n\r\n"), 400],
  ["a trailer with a bare LF", chunked("0\r\nx: y\n\r\n"), 400],
  ["a bare LF for trailers", chunked("0\r\n\n"), 400],
];

/** By what is wrong with them. */
export const GROUPS: Readonly<Record<string, readonly Refusal[]>> = { REQUEST_LINES, TARGETS, HOSTS, FIELDS, FRAMING, CHUNKS };

const { targetBytes, fieldBytes, headBytes, fields, bodyBytes } = DEFAULT_LIMITS;

/** A head of exactly so many bytes. */
export function headOf(bytes: number): string {
  const half = `y: ${"y".repeat(headBytes / 2 - 5)}\r\n`;
  const rest = bytes - get(half).length - 5;
  return get(`${half}x: ${"x".repeat(rest)}\r\n`);
}

/** Whose length is what is wrong with them. */
export const LIMITS: readonly Refusal[] = [
  ["a target of a byte too many", target(`/${"x".repeat(targetBytes)}`), 414],
  ["a target that goes on", `GET /${"x".repeat(targetBytes)}`, 414],
  ["a query that goes on", `GET /?${"x".repeat(targetBytes)}`, 414],
  ["a field of a byte too many", get(`x: ${"x".repeat(fieldBytes - 2)}\r\n`), 431],
  ["a field that goes on", `GET / HTTP/1.1\r\nx: ${"x".repeat(fieldBytes)}`, 431],
  ["a name that goes on", `GET / HTTP/1.1\r\n${"x".repeat(fieldBytes + 1)}`, 431],
  ["a field too many", get("x: y\r\n".repeat(fields)), 431],
  ["a head of a byte too many", headOf(headBytes + 1), 431],
  ["a head that goes on", headOf(headBytes + 1).slice(0, headBytes), 431],
  ["a body whose length is a byte too many", `POST / HTTP/1.1\r\n${HOST}Content-Length: ${bodyBytes + 1}\r\n\r\n`, 413],
  ["a chunk of a byte too many", chunked(`${(bodyBytes + 1).toString(16)}\r\n`), 413],
  ["a trailer of a byte too many", chunked(`0\r\nx: ${"x".repeat(fieldBytes - 2)}\r\n\r\n`), 431],
  ["a trailer too many", chunked(`0\r\n${"x: y\r\n".repeat(fields + 1)}\r\n`), 431],
  ["a trailer section that goes on", chunked(`0\r\n${`x: ${"x".repeat(200)}\r\n`.repeat(90)}`), 431],
  ["a chunk extension that goes on", chunked(`1;a="${"x".repeat(4096)}`), 400],
  ["chunk extensions that go on", chunked(`1;${"x".repeat(100)}\r\nA\r\n`.repeat(50)), 400],
];
