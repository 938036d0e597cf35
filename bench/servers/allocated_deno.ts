// Preloaded: on SIGUSR2 it prints how many bytes the JavaScript heap has allocated so far, which the V8 of Deno 2.9.6 counts, and that of Node 24.21 does not.
import v8 from "node:v8";

Deno.addSignalListener("SIGUSR2", () => {
  const statistics = v8.getHeapStatistics() as v8.HeapInfo & { total_allocated_bytes: number };
  console.log(`allocated ${statistics.total_allocated_bytes}`);
});
