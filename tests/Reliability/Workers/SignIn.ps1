# Signs in as a user does, and writes the outcome. Its output is kept.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module
$warnings = @()
$answer = @{ Name = ''; ErrorId = ''; Message = ''; Warnings = @() }
try {
    $client = @{ Name = $plan.Connection; ClientId = $plan.ClientId }
    $place = @{ BaseUri = $plan.BaseUri; RedirectUri = $plan.RedirectUri; TimeoutSec = 600 }
    $streams = @{ Verbose = $true; Debug = $true; WarningVariable = 'warnings'; WarningAction = 'SilentlyContinue' }
    $output = @(Connect-NotionWorkspace @client @place @streams -ErrorAction Stop 4>&1 5>&1 6>&1)
    $output | Out-String | Set-Content -LiteralPath "$($plan.Folder)/output-$($plan.Id).txt"
    $answer.Name = (Invoke-NotionRequest users/me -Connection $plan.Connection -ErrorAction Stop).object
}
catch {
    $answer.ErrorId = ($_.FullyQualifiedErrorId -split ',')[0]
    $answer.Message = "$_"
}
$answer.Warnings = @($warnings | ForEach-Object { "$_" })
[IO.File]::WriteAllText("$($plan.Folder)/.signed-in.$($plan.Id)", ($answer | ConvertTo-Json))
[IO.File]::Move("$($plan.Folder)/.signed-in.$($plan.Id)", "$($plan.Folder)/signed-in.$($plan.Id)")
$null = Stop-Transcript
