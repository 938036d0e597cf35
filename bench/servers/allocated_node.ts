// Preloaded: on SIGUSR2 it prints how many bytes the JavaScript heap has allocated so far. Node 24 counts none, so this adds up by how much
// the heap grew from each collection to the next.
import v8 from "node:v8";

const profiler = new v8.GCProfiler();
profiler.start();
let allocated = 0;
let last = process.memoryUsage().heapUsed;

process.on("SIGUSR2", () => {
  // Collections since the last signal; to start it again empties the list.
  for (const { beforeGC, afterGC } of profiler.stop()?.statistics ?? []) {
    allocated += beforeGC.heapStatistics.usedHeapSize - last;
    last = afterGC.heapStatistics.usedHeapSize;
  }
  profiler.start();
  const now = process.memoryUsage().heapUsed;
  allocated += now - last;
  last = now;
  console.log(`allocated ${allocated}`);
});
