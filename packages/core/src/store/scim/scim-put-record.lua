-- Makes, changes or deletes one user or group of a SCIM directory, if it is still as it was read.
-- KEYS[1] records  [2] index  [3] order  [4] revisions  [5] touched; of groups: unsettled
-- ARGV[1] id  [2] the JSON that was read, empty for none  [3] the new JSON, empty to delete
--     [4] beginning of an index entry that only one record may have, empty for none  [5] place in the order (ms)
--     [6] what the rosters are to be told: user: of this one, group: of its members; empty: nothing  [7] number of entries that go  then those, then those that come
-- Returns 1, 0 if the record has changed, -1 if another record has the unique entry
local id = ARGV[1]
local known = redis.call('HGET', KEYS[1], id)
if (known or '') ~= ARGV[2] then return 0 end
if ARGV[4] ~= '' then
  for _, entry in ipairs(redis.call('ZRANGEBYLEX', KEYS[2], '[' .. ARGV[4] .. '\0', '(' .. ARGV[4] .. '\1')) do
    if string.sub(entry, #ARGV[4] + 2) ~= id then return -1 end
  end
end
local going = tonumber(ARGV[7])
for at = 8, 7 + going do redis.call('ZREM', KEYS[2], ARGV[at]) end
for at = 8 + going, #ARGV do redis.call('ZADD', KEYS[2], 0, ARGV[at]) end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], id)
  redis.call('ZREM', KEYS[3], id)
else
  redis.call('HSET', KEYS[1], id, ARGV[3])
  redis.call('ZADD', KEYS[3], 'NX', ARGV[5], id)
end
if ARGV[6] == 'user' then touch(KEYS[4], KEYS[5], { id }) end
if ARGV[6] == 'group' then
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local last = tonumber(redis.call('ZSCORE', KEYS[5], id) or 0)
  redis.call('ZADD', KEYS[5], string.format('%.0f', math.max(now, last + 1)), id)
end
return 1
