// Preloaded: on SIGUSR2 it prints how many bytes the JavaScript heap has allocated so far, which V8 counts from 15.0 on.
import v8 from "node:v8";

Deno.addSignalListener("SIGUSR2", () => {
  const statistics = v8.getHeapStatistics() as v8.HeapInfo & { total_allocated_bytes: number };
  console.log(`allocated ${statistics.total_allocated_bytes}`);
});
