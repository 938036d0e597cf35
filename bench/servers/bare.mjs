// What a runtime needs for a program of one line: the floor under a server's start.
console.log("listening on nothing");
