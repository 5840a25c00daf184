-- Notes what a message of a notice said, or that none could be sent: in one step, and only while its delivery is claimed. A notice that
-- was deleted meanwhile stores nothing of this, nor does one that was made again under its id.
-- KEYS[1] in flight  [2] notice  [3] covered
-- ARGV[1] delivery id  [2] until when the claim holds (ms)  [3] how long the covered are kept (s)
--     [4] how many words of what the notice keeps, then fields and values; an empty value: the field goes  [5..] then ids that it covers
-- Returns 1 if noted.
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held or tonumber(held) ~= tonumber(ARGV[2]) then return 0 end
local words = tonumber(ARGV[4])
for i = 5, 4 + words, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i]) else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
for i = 5 + words, #ARGV do redis.call('SADD', KEYS[3], ARGV[i]) end
if #ARGV > 4 + words then redis.call('EXPIRE', KEYS[3], ARGV[3]) end
return 1
