-- Sets the next time of a task that was carried out, unless the task was planned again meanwhile.
-- KEYS[1] schedule of the lane
-- ARGV[1] task  [2] until when it was postponed (ms)  [3] next time (ms), or empty for none
-- Returns 1 if the time was set, 0 if the task was left alone.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
