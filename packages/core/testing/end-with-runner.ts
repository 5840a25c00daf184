// Vitest runs each file in a process of its own, which goes on when vitest is killed: without it nobody waits for the answer.
process.once('disconnect', () => process.exit(1))
