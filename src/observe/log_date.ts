/** A second's date, written in local time as uWSGI and Apache do. */
export interface LogDate {
  /** Since the epoch. */
  readonly second: number;
  /** `Tue Nov 24 18:05:09 2026`, as ctime(3). */
  readonly ctime: string;
  /** `24/Nov/2026:18:05:09 +0000`. */
  readonly common: string;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Lines come in the order of time, or nearly, so that the last second's texts serve almost all of them; making them costs some microseconds. */
let last: LogDate = { second: NaN, ctime: "", common: "" };

/** The date of a line, from milliseconds since the epoch. */
export function logDate(epochMs: number): LogDate {
  const second = Math.floor(epochMs / 1000);
  if (second !== last.second) last = makeDate(second);
  return last;
}

function makeDate(second: number): LogDate {
  const date = new Date(second * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const month = MONTHS[date.getMonth()];
  const east = -date.getTimezoneOffset();
  const zone = `${east < 0 ? "-" : "+"}${two(Math.floor(Math.abs(east) / 60))}${two(Math.abs(east) % 60)}`;
  return {
    second,
    ctime: `${DAYS[date.getDay()]} ${month} ${String(date.getDate()).padStart(2)} ${time} ${date.getFullYear()}`,
    common: `${two(date.getDate())}/${month}/${date.getFullYear()}:${time} ${zone}`,
  };
}
