# Imports a module; standard input: its name; output: how many ms it took. Nothing is used before that would load
# another module.
$ErrorActionPreference = 'Stop'
$module = [Console]::In.ReadLine()
$watch = [Diagnostics.Stopwatch]::StartNew()
Import-Module $module
$ms = $watch.Elapsed.TotalMilliseconds
if (-not (Get-Module $module)) { throw 'The module was not imported.' }
[Console]::Out.WriteLine($ms.ToString([cultureinfo]::InvariantCulture))
