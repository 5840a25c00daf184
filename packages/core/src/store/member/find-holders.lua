-- Which members have an address, in whichever form the index is. First the newest records are entered: intake only notes which members are
-- to be entered (record-changes.lua), and searches read the records themselves.
-- KEYS[1] unindexed  [2] index  [3] desired
-- ARGV[1] how many to enter at most  [2] 1 for the short form, 0 for the former one  [3..] addresses (lower-cased)
-- Returns { how many are still to be entered, a list of member ids for each address }
local ids = redis.call('LPOP', KEYS[1], ARGV[1])
for i, text in ipairs(ids and redis.call('HMGET', KEYS[3], unpack(ids)) or {}) do
  local address = text and addressOf(ids[i], readTail(readDesired(text).tail))
  if address and ARGV[2] == '1' then addHolder(KEYS[2], address, ids[i])
  elseif address then redis.call('ZADD', KEYS[2], 0, 'e:' .. address .. '\0' .. ids[i]) end
end
local hasFormerEntries = redis.call('EXISTS', KEYS[2]) == 1
local answers = {}
for i = 3, #ARGV do
  local address = ARGV[i]
  local found = readHolders(KEYS[2], address)
  if hasFormerEntries then
    local entries = redis.call('ZRANGEBYLEX', KEYS[2], '[e:' .. address .. '\0', '(e:' .. address .. '\1')
    local known = {}
    for _, id in ipairs(found) do known[id] = true end
    for _, entry in ipairs(entries) do
      local id = string.sub(entry, #address + 4)
      if not known[id] then found[#found + 1] = id end
    end
  end
  answers[i - 2] = found
end
return { ids and redis.call('LLEN', KEYS[1]) or 0, answers }
