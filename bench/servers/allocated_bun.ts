// Preloaded: on SIGUSR2 it prints how many bytes the JavaScript heap has allocated so far. Bun (1.4.5) counts none, so this is the heap's
// size, and the program must run without collections: BUN_JSC_useGC=0.
process.on("SIGUSR2", () => console.log(`allocated ${process.memoryUsage().heapUsed}`));
