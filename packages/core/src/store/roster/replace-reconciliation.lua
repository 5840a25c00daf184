-- Replaces a reconciliation only where it is still the one that was read, and plans what goes on with it in the same step.
-- Of a roster that leaves the lane, the copy is what counts from then on: nothing is written here any more.
-- KEYS[1] reconciliations  [2] held ones of the roster  [3] schedule of the lane  [4] rosters of the lane
-- ARGV[1] id  [2] the JSON that was read  [3] the new JSON  [4] its status  [5] task, or empty  [6] when the task is due (ms)
--     [7] roster id
-- Returns 1, or 0 where somebody else changed it meanwhile, or the roster is in this lane no more
if redis.call('SISMEMBER', KEYS[4], ARGV[7]) == 0 then return 0 end
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if ARGV[4] == 'held' then redis.call('SADD', KEYS[2], ARGV[1]) else redis.call('SREM', KEYS[2], ARGV[1]) end
if ARGV[5] ~= '' then redis.call('ZADD', KEYS[3], ARGV[6], ARGV[5]) end
return 1
