-- Gives a lane back. Changes recorded or queued before this step are counted here; later ones find no lease and ring by themselves.
-- A job that is still active has no worker (the answer to its fetch was lost, or the visit failed): it waits again.
-- KEYS[1] lease  [2..4] outboxes  [5] active jobs  [6] waiting jobs  [7] prioritized jobs  [8] sleeping jobs
--     [9] schedule
-- ARGV[1] token  [2] what stands before a job's id in its key
-- Returns { recorded and not queued, waiting, prioritized, score of the next sleeping job, time of the next task (ms; both empty for
--     none) }, or nothing if the lease was lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
redis.call('DEL', KEYS[1])
requeueActive(KEYS[5], KEYS[6], KEYS[7], ARGV[2], false)
local function first(key) return redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2] or '' end
return { countRecorded(2), redis.call('LLEN', KEYS[6]), redis.call('ZCARD', KEYS[7]), first(KEYS[8]), first(KEYS[9]) }
