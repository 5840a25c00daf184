-- Forgets a deleted user, once the rosters have been told; a user who exists is left alone.
-- KEYS[1] users  [2] memberships  [3] told  [4] revisions  [5] touched  then the members of each of the user's groups
-- ARGV[1] id  [2] the memberships that were read  [3] the revision that was read
-- Returns 1, or 0 if something has changed
local id = ARGV[1]
if redis.call('HEXISTS', KEYS[1], id) == 1 then return 0 end
if (redis.call('HGET', KEYS[2], id) or '') ~= ARGV[2] then return 0 end
if (redis.call('HGET', KEYS[4], id) or '0') ~= ARGV[3] then return 0 end
for at = 6, #KEYS do redis.call('ZREM', KEYS[at], id) end
for at = 2, 4 do redis.call('HDEL', KEYS[at], id) end
redis.call('ZREM', KEYS[5], id)
return 1
