-- Stores what the rosters were told about users who have not changed since they were read. Each structure is read and written once.
-- KEYS[1] told  [2] revisions  [3] touched
-- ARGV[1] 1 where all is told  then for each user: id, revision, the text to keep; empty: what is kept, without its second line
--     (of what it is not known whether it was told)
-- Returns the ids of users who have another revision by now
local ids = {}
for at = 2, #ARGV, 3 do ids[#ids + 1] = ARGV[at] end
if #ids == 0 then return {} end
local revisions = redis.call('HMGET', KEYS[2], unpack(ids))
local told, same, late, confirmed = {}, {}, {}, {}
for at, id in ipairs(ids) do
  if (revisions[at] or '0') == ARGV[3 * at] then
    same[#same + 1] = id
    if ARGV[3 * at + 1] == '' then
      confirmed[#confirmed + 1] = id
    else
      told[#told + 1] = id
      told[#told + 1] = ARGV[3 * at + 1]
    end
  else
    late[#late + 1] = id
  end
end
if #confirmed > 0 then
  for at, text in ipairs(redis.call('HMGET', KEYS[1], unpack(confirmed))) do
    local cut = text and string.find(text, '\n', 1, true)
    if cut then
      told[#told + 1] = confirmed[at]
      told[#told + 1] = string.sub(text, 1, cut - 1)
    end
  end
end
if #told > 0 then redis.call('HSET', KEYS[1], unpack(told)) end
if ARGV[1] == '1' and #same > 0 then redis.call('ZREM', KEYS[3], unpack(same)) end
return late
