@echo off
rem Runs build.ps1 with PowerShell; build\WithoutPowerShell.cs gets PowerShell, or does what can be done without it.
setlocal
cd /d "%~dp0"
where /q pwsh && (pwsh -NoProfile -ExecutionPolicy Bypass -File build.ps1 %* & goto end)
where /q dotnet && (echo PowerShell was not found; getting it as a .NET tool ... & dotnet run build\WithoutPowerShell.cs -- %* & goto end)
echo The .NET SDK (10.0 or later) was not found. How to get it: https://dotnet.microsoft.com/download 1>&2
exit /b 1
:end
exit /b %errorlevel%
