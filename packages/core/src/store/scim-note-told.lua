-- Keeps what the rosters are told of users who have not changed since they were read.
-- KEYS[1] told  [2] revisions  [3] touched
-- ARGV[1] 1 where all is told  then for each user: id, revision, the JSON to keep
-- Returns 1 for each user, or 0 for one who has another revision by now
local outcomes = {}
for at = 2, #ARGV, 3 do
  local id = ARGV[at]
  local isSame = (redis.call('HGET', KEYS[2], id) or '0') == ARGV[at + 1]
  if isSame then
    redis.call('HSET', KEYS[1], id, ARGV[at + 2])
    if ARGV[1] == '1' then redis.call('ZREM', KEYS[3], id) end
  end
  outcomes[#outcomes + 1] = isSame and 1 or 0
end
return outcomes
