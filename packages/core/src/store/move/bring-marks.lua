-- Adds the dedup marks of a roster that moves here from another lane.
-- KEYS[1] fence  [2] marks   ARGV[1] token  [2] how long they are valid (ms)  [3..] marks
-- Returns 1, or 0 if another process holds the fence (nothing is written then)
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
local brought = { unpack(ARGV, 3) }
local marks = openMarks(KEYS[2])
readMarks(marks, brought)
local added = {}
for _, mark in ipairs(brought) do
  if not marks.known[mark] then added[#added + 1] = mark end
end
addMarks(marks, added, tonumber(ARGV[2]))
return 1
