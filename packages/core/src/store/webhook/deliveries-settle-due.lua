-- Notes when a webhook next has something to send, unless something was noted since it was looked at.
-- KEYS[1] webhook ids by when they have something to send
-- ARGV[1] webhook id  [2] the score that was seen  [3] the new one (ms), or empty for none
-- Returns 1 if noted, 0 if left alone.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '' then redis.call('ZREM', KEYS[1], ARGV[1]) else redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1]) end
return 1
