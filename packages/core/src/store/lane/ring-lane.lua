-- Makes a lane due, in ARGV[2] at the latest, and tells the workers.
-- KEYS[1] the ready set  [2] lanes that are held
-- ARGV[1] lane  [2] due in (ms)  [3] channel of the doorbell  [4] now (ms), or empty for Redis's own clock
-- Returns 1 if the lane is due sooner than before
return ring(KEYS[1], KEYS[2], ARGV[1], nowMs(ARGV[4]), tonumber(ARGV[2]), ARGV[3])
