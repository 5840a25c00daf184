-- Protects a member, or ends the protection, with a line in the member's timeline, in one step: a member who is being erased is not protected again.
-- KEYS[1] desired  [2] protections  [3] timeline
-- ARGV[1] member id  [2] since when and by whom (JSON), or empty to end the protection  [3] timeline entry  [4] timeline entries kept
-- Returns changed|same|missing
local member = ARGV[1]
if redis.call('HEXISTS', KEYS[1], member) == 0 then return 'missing' end
local changed
if ARGV[2] == '' then
  changed = redis.call('HDEL', KEYS[2], member)
else
  changed = redis.call('HSETNX', KEYS[2], member, ARGV[2])
end
if changed == 0 then return 'same' end
redis.call('HSET', KEYS[3], member, prependLine(redis.call('HGET', KEYS[3], member), ARGV[3], tonumber(ARGV[4])))
return 'changed'
