/**
 * heddle: a portable async application server for fetch apps and yield apps, on Deno, Bun and Node.
 *
 * @module
 */
export { serve, type Server, type ServerStats } from "./src/serve/server.ts";
export type { ServeOptions } from "./src/serve/serve_options.ts";
export { nativeRequest } from "./src/http/request.ts";
export { nativeResponse } from "./src/http/response.ts";
export { asyncSleep, core, sleep, suspend, waitRead, waitWrite } from "./src/suspend/calls.ts";
export {
  addCron,
  addMsTimer,
  addRbTimer,
  addTimer,
  type CronOptions,
  signal,
  type SignalCalls,
  type SignalTarget,
} from "./src/signals/calls.ts";
export type { SignalCounts, SignalHandler } from "./src/signals/signals.ts";
export { connectSync, readSync, sleepSync, suspendSync, waitReadSync } from "./src/suspend/sync_calls.ts";
export { connect, type ConnectLimits } from "./src/suspend/connect.ts";
export { adoptFd, type AdoptOptions } from "./src/suspend/adopt_fd.ts";
export { type Peekable, peekable } from "./src/io/peekable.ts";
export type { Stream } from "./src/io/streams.ts";
export type { SyncStream } from "./src/contract/sync_stream.ts";
export type { ReadTarget, TimeLimit, WaitSide, Watcher, Woken, WriteTarget } from "./src/contract/waiting.ts";
export type {
  App,
  Env,
  FetchHandler,
  GuestFolder,
  ModuleApp,
  RequestContext,
  StartResponse,
  WasmApp,
  WasmProgram,
  YieldChunk,
  YieldEnv,
  YieldHandler,
} from "./src/contract/app.ts";
export type { Waited } from "./src/waited.ts";
export type { FileFacts, FileKind, FolderEntry, HostFile, HostFolder, OpenFile, ReadOnlyFolder } from "./src/contract/files.ts";
export type { IpNetwork, Network } from "./src/contract/network.ts";
export type { BusyCore, HarakiriRecord, Observer, RequestName, RequestRecord } from "./src/contract/observer.ts";
export type { CopyBytes, DecodeLatin1 } from "./src/contract/bytes.ts";
export type { Clock, ClockTimer } from "./src/contract/clock.ts";
export type { AppThread, ThreadEvents, ThreadGlobals, Threads } from "./src/contract/app_threads.ts";
export type {
  Address,
  ConnectOptions,
  ConnectTcp,
  ConnectTls,
  ConnectUnix,
  DescriptorSide,
  IoEngine,
  Latin1,
  Listener,
  ListenOptions,
  ListenTcp,
  ListenUnix,
  Socket,
  SocketHandler,
  SocketOwner,
  TcpAddress,
  TlsIdentity,
  TlsInfo,
  UnixAddress,
} from "./src/contract/socket.ts";
export type { StartThread, Thread, ThreadModule } from "./src/contract/threads.ts";
export type { Platform } from "./src/io/select.ts";
export type { RuntimeName } from "./src/io/runtime.ts";
export type { CoreSnapshot, CoresSnapshot, RequestSnapshot } from "./src/core/snapshot.ts";
export type { CoreState } from "./src/core/state.ts";
export type { HttpLimits } from "./src/http/limits.ts";
export type { StaticMap } from "./src/serve/static_sites.ts";
export type { StaticExpiry } from "./src/static/cache_rules.ts";
export type { StaticOptions } from "./src/static/static_options.ts";
export type { HarakiriRoute } from "./src/serve/harakiri.ts";
export type { Timeouts } from "./src/serve/timeouts.ts";
export {
  BrokenError,
  ClosedError,
  ConfigError,
  HarakiriError,
  HeddleError,
  OverloadError,
  ProtocolError,
  UnsupportedError,
} from "./src/errors.ts";
