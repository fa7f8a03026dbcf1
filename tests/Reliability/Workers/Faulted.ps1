# Does what the scenario tells it, one command after the other, in one process that keeps what it knows.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module

for ($step = 0; ; $step++) {
    while (-not [IO.File]::Exists("$($plan.Folder)/step.$($plan.Id).$step")) { [Threading.Thread]::Sleep(5) }
    $what = [IO.File]::ReadAllText("$($plan.Folder)/step.$($plan.Id).$step")
    if ($what -eq 'end') { break }
    $answer = @{ ErrorId = ''; Message = ''; Warnings = @() }
    try {
        if ($what -like 'unlock*') {
            Unlock-SecretStore -Password (ConvertTo-SecureString $env:STORE_PASSWORD -AsPlainText -Force) -PasswordTimeout ([int]($what -split ' ')[1]) -ErrorAction Stop
        }
        else { $null = Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop -WarningVariable warnings -WarningAction SilentlyContinue }
    }
    catch {
        $answer.ErrorId = ($_.FullyQualifiedErrorId -split ',')[0]
        $answer.Message = "$_"
    }

    $answer.Warnings = @($warnings | ForEach-Object { "$_" })
    $warnings = @()
    [IO.File]::WriteAllText("$($plan.Folder)/.answer", ($answer | ConvertTo-Json))
    [IO.File]::Move("$($plan.Folder)/.answer", "$($plan.Folder)/answer.$($plan.Id).$step")
}
$null = Stop-Transcript
