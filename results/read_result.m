% SPDX-License-Identifier: Apache-2.0
% RESULT = read_result(FILE): a tidemill result as nested structs, in MATLAB and in Octave (7 or later).
% FILE is what 'tidemill report --json' wrote, or a result (.h5), for which tidemill is run. Names are
% those of README.md here. RESULT.phases{i}.nodes(k).bytes is a number; numbers above 2^53 are rounded.
% Without RESULT the rates of phases, of points of a sweep and of settings found by tune are printed.
function result = read_result(file)
  if numel(file) > 3 && strcmp(file(end-2:end), '.h5')
    quoted = ['''' strrep(file, '''', '''\''''') ''''];
    [status, text] = system(['tidemill report --json - ' quoted]);
    if status ~= 0
      error('read_result: tidemill report failed: %s', text);
    end
  else
    text = fileread(file);
  end
  content = jsondecode(text);
  if ~isfield(content, 'schema_version') || ~isfield(content, 'phases')
    error('read_result: ''%s'' is not a result of tidemill', file);
  end
  if ~iscell(content.phases) % phases of the same kind come as an array
    content.phases = num2cell(content.phases);
  end
  if nargout > 0
    result = content;
    return
  end
  for i = 1:numel(content.phases)
    phase = content.phases{i};
    if strcmp(phase.unit, 'bytes')
      fprintf('%-16s %-12s %12.3f GB/s\n', phase.name, phase.status, ...
              phase.rate_whole_bytes_per_s / 1e9);
    else
      fprintf('%-16s %-12s %12.0f operations/s\n', phase.name, phase.status, ...
              phase.rate_whole_operations_per_s);
    end
  end
  for point = rows_of(content, 'sweep')
    fprintf('%-8s %-40s %12.3f GB/s\n', point.phase, point.settings, point.median_bytes_per_s / 1e9);
  end
  for found = rows_of(content, 'tune_results')
    fprintf('%-8s %s %12.3f GB/s\n', found.phase, found.settings, found.settled_bytes_per_s / 1e9);
  end
end

function rows = rows_of(content, name)
  rows = [];
  if isfield(content, name)
    rows = reshape(content.(name), 1, []);
  end
end
