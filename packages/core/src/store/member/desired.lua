-- For scripts that read or write the desired state of a member (desired.ts): its short form and the former JSON. `tail` is the part that does
-- not change with the version, and decides the form.
local function readDesired(text)
  local version, joined, time, present, tail = string.match(text, '^2 (%d+) (%d+) (%-?%d+) %-?%d+ ([01])(%[.*)$')
  if not version then
    version, joined, time, present, tail =
      string.match(text, '^{"v":1,"version":(%d+),"joined":(%d+),"time":(%-?%d+),"at":%d+,"present":(%l+)(,.*)$')
  end
  return {
    version = tonumber(version), joined = tonumber(joined), time = tonumber(time),
    present = present == '1' or present == 'true', tail = tail,
  }
end

local function formatDesired(desired, at)
  local version, joined, time, present, tail = desired.version, desired.joined, desired.time, desired.present, desired.tail
  if string.byte(tail) == 91 then
    return string.format('2 %d %d %.0f %.0f %d%s', version, joined, time, at - time, present and 1 or 0, tail)
  end
  local form = '{"v":1,"version":%d,"joined":%d,"time":%.0f,"at":%.0f,"present":%s%s'
  return string.format(form, version, joined, time, at, present and 'true' or 'false', tail)
end

-- Address, names, and the entry of the index if the record names it.
local function readTail(tail)
  if string.byte(tail) ~= 91 then return cjson.decode('{' .. string.sub(tail, 2)) end
  local list = cjson.decode(tail)
  return { email = list[1], firstName = list[2], lastName = list[3], index = list[4] and list[4].index }
end
