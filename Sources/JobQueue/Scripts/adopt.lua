#!lua flags=allow-oom
-- ADOPT: makes the outcome stream go on after a position that the contact book has read already.
-- ARGV: 1 position, "milliseconds-sequence"
-- Result: 1 when the stream stood before it and was moved, else 0.
-- Guarantees: what is added from here on is read; a stream that came back older, or was lost, is not read twice.
if redis.call('EXISTS', outcomes_key) == 0 then
  redis.call('XADD', outcomes_key, ARGV[1], 'm', '0', 'c', '')
  redis.call('XDEL', outcomes_key, ARGV[1])
  return 1
end
local info, last = redis.call('XINFO', 'STREAM', outcomes_key), nil
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then last = info[i + 1] end
end
local function parts(position)
  local milliseconds, sequence = string.match(position, '(%d+)%-(%d+)')
  return tonumber(milliseconds), tonumber(sequence)
end
local last_ms, last_sequence = parts(last)
local wanted_ms, wanted_sequence = parts(ARGV[1])
if last_ms > wanted_ms or (last_ms == wanted_ms and last_sequence >= wanted_sequence) then return 0 end
redis.call('XSETID', outcomes_key, ARGV[1])
return 1
