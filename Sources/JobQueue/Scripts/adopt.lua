#!lua flags=allow-oom
-- ADOPT: makes the outcome stream go on after a position that the contact book has read already.
-- ARGV: 1 position, "milliseconds-sequence"
-- Result: 1 when this Redis lacks what the book has read, else 0.
-- Guarantees: what is added from here on is read; a stream that came back older, or was lost, is not read twice. A loss is found
--   also where more has been added since, as by who reports what comes back, and is told once; what came back is not lost then.
if redis.call('EXISTS', outcomes_key) == 0 then
  redis.call('XADD', outcomes_key, ARGV[1], 'm', '0', 'c', '')
  redis.call('XDEL', outcomes_key, ARGV[1])
  return 1
end
local info, about = redis.call('XINFO', 'STREAM', outcomes_key), {}
for i = 1, #info, 2 do about[info[i]] = info[i + 1] end
local function parts(position)
  local milliseconds, sequence = string.match(position, '(%d+)%-(%d+)')
  return tonumber(milliseconds), tonumber(sequence)
end
local wanted_ms, wanted_sequence = parts(ARGV[1])
local function reaches(position)
  local ms, sequence = parts(position)
  return ms > wanted_ms or (ms == wanted_ms and sequence >= wanted_sequence)
end
local last, deleted = about['last-generated-id'], about['max-deleted-entry-id']
-- The entry at the position is there until the book has read it, and is deleted then, which Redis remembers.
if reaches(deleted) then return 0 end
local before = wanted_sequence > 0 and string.format('%d-%d', wanted_ms, wanted_sequence - 1)
  or string.format('%d-18446744073709551615', wanted_ms - 1)
local found = redis.call('XREAD', 'COUNT', '1', 'STREAMS', outcomes_key, before)
if found and found[1][2][1][1] == ARGV[1] then return 0 end
redis.call(
  'XSETID', outcomes_key, reaches(last) and last or ARGV[1],
  'ENTRIESADDED', about['entries-added'], 'MAXDELETEDID', ARGV[1])
-- This server's clock may be behind: what it was told of what came back then stands where the book has read past it, and is put
-- behind that. The book takes no event twice.
local from = '0-0'
repeat
  local found = redis.call('XREAD', 'COUNT', '500', 'STREAMS', outcomes_key, from)
  local entries = found and found[1][2] or {}
  for _, entry in ipairs(entries) do
    from = entry[1]
    if reaches(from) and from ~= ARGV[1] then return 1 end
    if entry[2][1] == 'e' then redis.call('XADD', outcomes_key, '*', 'e', entry[2][2]) end
  end
until #entries == 0
return 1
