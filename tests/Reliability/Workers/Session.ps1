# Runs the scenario's steps one after the other, in one process that keeps its state: 'call', 'unlock <seconds>', 'end',
# or a script.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module

# Beside it a runspace that takes the vault out of this process's registry, and puts it back, while the other one may be
# at work.
if ($plan.HasBeside) {
    $beside = [powershell]::Create()
    $null = $beside.AddScript({
            param($Folder, $Id)
            Import-Module Microsoft.PowerShell.SecretManagement
            for ($number = 0; ; $number++) {
                while (-not [IO.File]::Exists("$Folder/aside.$Id.$number")) { [Threading.Thread]::Sleep(2) }
                $wanted = [IO.File]::ReadAllText("$Folder/aside.$Id.$number") -eq 'register'
                while ($wanted -ne [bool](Get-SecretVault -Name Store -ErrorAction Ignore)) {
                    try {
                        if ($wanted) {
                            Register-SecretVault -Name Store -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
                        }
                        else { Unregister-SecretVault -Name Store }
                    }
                    catch { [Threading.Thread]::Sleep(5) }
                }
                [IO.File]::WriteAllText("$Folder/aside-done.$Id.$number", '')
            }
        }).AddArgument($plan.Folder).AddArgument($plan.Id).BeginInvoke()
}

for ($step = 0; ; $step++) {
    while (-not [IO.File]::Exists("$($plan.Folder)/step.$($plan.Id).$step")) { [Threading.Thread]::Sleep(5) }
    $what = [IO.File]::ReadAllText("$($plan.Folder)/step.$($plan.Id).$step")
    if ($what -eq 'end') { break }
    $answer = @{ ErrorId = ''; Message = ''; Warnings = @(); Output = @() }
    $warnings = @()
    $watch = [Diagnostics.Stopwatch]::StartNew()
    try {
        if ($what -like 'unlock*') {
            Unlock-SecretStore -Password (
                ConvertTo-SecureString $env:STORE_PASSWORD -AsPlainText -Force
            ) -PasswordTimeout ([int]($what -split ' ')[1]) -ErrorAction Stop
        }
        elseif ($what -eq 'call') {
            $streams = @{ WarningVariable = 'warnings'; WarningAction = 'SilentlyContinue' }
            $null = Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop @streams
        }
        else {
            foreach ($one in & ([scriptblock]::Create("`$ErrorActionPreference = 'Stop'; $what")) 3>&1) {
                if ($one -is [Management.Automation.WarningRecord]) { $warnings += $one }
                else { $answer.Output += "$one" }
            }
        }
    }
    catch {
        $answer.ErrorId = ($_.FullyQualifiedErrorId -split ',')[0]
        $answer.Message = "$_"
    }

    $answer.Seconds = $watch.Elapsed.TotalSeconds
    $answer.Warnings = @($warnings | ForEach-Object { "$_" })
    [IO.File]::WriteAllText("$($plan.Folder)/.answer-$($plan.Id)", ($answer | ConvertTo-Json))
    [IO.File]::Move("$($plan.Folder)/.answer-$($plan.Id)", "$($plan.Folder)/answer.$($plan.Id).$step")
}
$null = Stop-Transcript
[Environment]::Exit(0)
