#!/bin/sh
# Runs build.ps1 with PowerShell; build/WithoutPowerShell.cs gets PowerShell, or does what can be done without it.
cd "$(dirname "$0")" || exit 1
if command -v pwsh >/dev/null 2>&1; then exec pwsh -NoProfile -File build.ps1 "$@"; fi
if command -v dotnet >/dev/null 2>&1; then
    echo 'PowerShell (pwsh) was not found; getting it as a .NET tool ...'
    exec dotnet run build/WithoutPowerShell.cs -- "$@"
fi
echo 'The .NET SDK (10.0 or later) was not found. How to get it: https://dotnet.microsoft.com/download' >&2
exit 1
