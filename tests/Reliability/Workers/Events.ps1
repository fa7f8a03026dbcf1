# Calls Notion in pipelines, while the actions of timers call it too, on the same thread: inside the commands that run.
# The driver lets the token expire.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module
$state = @{ Actions = 0; Own = 0; Failures = [Collections.Generic.List[string]]::new() }
$action = {
    $state = $Event.MessageData
    try {
        $answer = Get-NotionConnection Acme -ErrorAction Stop |
            ForEach-Object { (Invoke-NotionRequest users/me -Connection $_.Name -ErrorAction Stop).object }
        if ("$answer" -ne 'user') { $state.Failures.Add("An action's answer was '$answer'.") }
    }
    catch { $state.Failures.Add("An action: $(($_.FullyQualifiedErrorId -split ',')[0]): $_") }
    $state.Actions++
    # One tick at a time: otherwise they come quicker than they are dealt with.
    $Event.Sender.Start()
}
$timers = foreach ($pause in 5, 20, 45) {
    $timer = [Timers.Timer]::new($pause)
    $timer.AutoReset = $false
    $null = Register-ObjectEvent $timer Elapsed -MessageData $state -Action $action
    $timer
}

for ($round = 0; $round -lt $plan.Rounds; $round++) {
    [IO.File]::WriteAllText("$($plan.Folder)/ready.$round.$($plan.Id)", '')
    while (-not [IO.File]::Exists("$($plan.Folder)/go.$round") -and -not [IO.File]::Exists("$($plan.Folder)/stop")) {
        [Threading.Thread]::Sleep(20)
    }
    if (-not [IO.File]::Exists("$($plan.Folder)/go.$round")) { break }
    if ($round -eq 0) { $timers.Start() }
    $until = $state.Actions + 3
    $after = 0
    for ($number = 0; $after -lt 2 -or $state.Actions -lt $until; $number++) {
        $isAgain = [IO.File]::Exists("$($plan.Folder)/again.$round")
        try {
            $answer = Get-NotionConnection Acme -ErrorAction Stop |
                ForEach-Object { Invoke-NotionRequest users/me -Connection $_.Name -ErrorAction Stop } |
                ForEach-Object { "users/$($_.id)"; 'users/me' } |
                Invoke-NotionRequest -Connection Acme -ThrottleLimit 2 -ErrorAction Stop |
                ForEach-Object { (Test-NotionToken Acme -ErrorAction Stop).Connection; $_.object }
            if ("$answer" -ne 'Acme user Acme user') { $state.Failures.Add("A pipeline's answer was '$answer'.") }
        }
        catch { $state.Failures.Add("A pipeline: $(($_.FullyQualifiedErrorId -split ',')[0]): $_") }
        $state.Own++
        if ($number -eq 0) { [IO.File]::WriteAllText("$($plan.Folder)/middle.$round.$($plan.Id)", '') }
        if ($isAgain) { $after++ }
    }

    [IO.File]::WriteAllText("$($plan.Folder)/done.$round.$($plan.Id)", '')
}

$timers.Stop()
$temporary = Join-Path $plan.Folder ".result-$($plan.Id)"
@{ Id = $plan.Id; Actions = $state.Actions; Own = $state.Own; Failures = $state.Failures } | ConvertTo-Json -Depth 5 |
    Set-Content -LiteralPath $temporary
[IO.File]::Move($temporary, (Join-Path $plan.Folder "result-$($plan.Id).json"))
$null = Stop-Transcript
