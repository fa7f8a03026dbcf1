# One process: ForEach-Object -Parallel, thread jobs and nested pipelines find the token expired at once.
param([int] $Rounds, [int] $Seed)

$connection = Connect-App (New-App Acme)
$module = (Get-Module NotionAuth).Path
$manifest = Join-Path (Split-Path -Parent $module) 'NotionAuth.psd1'
if (-not (Test-Path -LiteralPath $manifest)) { $manifest = $module }
$problems = [Collections.Generic.List[string]]::new()
$calls = 0
$refreshes = 0
$work = {
    param($Manifest)
    Import-Module $Manifest
    # Nested: the second call runs in the pipeline of the first one's output.
    try {
        Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop |
            ForEach-Object { (Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop).object }
    }
    catch { "$($_.FullyQualifiedErrorId): $_" }
}
for ($round = 0; $round -lt $Rounds; $round++) {
    if (Test-TimeIsUp) { $Rounds = $round }
    if ($round -eq $Rounds) { break }
    Invoke-Expiry
    $before = Get-RefreshCount
    $jobs = 1..4 | ForEach-Object { Start-ThreadJob -ScriptBlock $work -ArgumentList $manifest -ThrottleLimit 8 }
    $text = $work.ToString()
    $answers = @(1..4 |
        ForEach-Object -ThrottleLimit 4 -Parallel { & ([scriptblock]::Create($using:text)) $using:manifest })
    $answers += @($jobs | Receive-Job -Wait -AutoRemoveJob)
    $calls += 16
    foreach ($answer in $answers) { if ($answer -ne 'user') { $problems.Add("Round $round`: $answer") } }
    if ($answers.Count -ne 8) { $problems.Add("Round $round`: $($answers.Count) answers in place of 8.") }
    $spent = (Get-RefreshCount) - $before
    $refreshes += $spent
    if ($spent -ne 1) { $problems.Add("Round $round needed $spent refreshes.") }
    foreach ($wrong in Compare-Store $connection.BotId) { $problems.Add("Round $round`: $wrong") }
}
@{
    Tried    = "$Rounds rounds, $calls calls"
    Lost     = $problems.Count
    Facts    = @('4 thread jobs and 4 runspaces of ForEach-Object -Parallel a round, each with a pipeline in a ' +
        "pipeline: $refreshes refreshes in $Rounds rounds.")
    Problems = $problems
    Rounds   = $Rounds
}
