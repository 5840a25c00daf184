-- Who has an address, whichever form that is kept in.
-- KEYS[1] index   ARGV addresses (lower-cased)
-- Returns a list of member ids for each
local answers = {}
for i, address in ipairs(ARGV) do
  local ids = readHolders(KEYS[1], address)
  if hasFormer(KEYS[1]) then
    local entries = redis.call('ZRANGEBYLEX', KEYS[1], '[e:' .. address .. '\0', '(e:' .. address .. '\1')
    local known = {}
    for _, id in ipairs(ids) do known[id] = true end
    for _, entry in ipairs(entries) do
      local id = string.sub(entry, #address + 4)
      if not known[id] then ids[#ids + 1] = id end
    end
  end
  answers[i] = ids
end
return answers
