#Requires -Version 7.4

# What the works share: a simulated Notion in its bulk form, the peers, paired runs, and how a target is judged.

Set-StrictMode -Version 3.0
Import-Module (Join-Path $PSScriptRoot '../tests/NotionAuth.FakeNotion/FakeNotion.psm1')
$script:Node = $null
$script:Notion = $null

# ------------------------------------------------------------------------------------------------ what is measured with

function Start-Notion {
    <#
    .SYNOPSIS
    Starts a simulated Notion that ends with this process, with a bulk list of that many items; without a rate limit
    unless asked for.
    #>
    param([int] $Items = 10000, [switch] $RateLimit, [int] $LatencyMs)

    $started = Start-FakeNotion -Path $env:BENCHMARK_FAKE -Rows 10 -RateLimit:$RateLimit -LatencyMs $LatencyMs
    $script:Notion = [pscustomobject]@{
        Process = $started.Process; BaseUri = $started.BaseUri; Token = $started.InternalToken; SourceId = ''
        PageId = ''
    }
    $bulk = Invoke-FakeNotionControl 'bulk' -Body @{ items = $Items }
    $script:Notion.SourceId = $bulk.dataSourceId
    $script:Notion.PageId = $bulk.pageId
    $script:Notion
}

function Connect-Notion {
    <#
    .SYNOPSIS
    Makes a connection to the simulated Notion current, in this process alone.
    #>
    $token = [securestring]::new()
    foreach ($character in $script:Notion.Token.ToCharArray()) { $token.AppendChar($character) }
    $null = Connect-NotionWorkspace -Token $token -BaseUri $script:Notion.BaseUri -SessionOnly
}

function New-BareClient { [NotionAuth.Benchmarks.BareClient]::new($script:Notion.BaseUri, $script:Notion.Token) }

function Get-RestHeader { @{ Authorization = "Bearer $($script:Notion.Token)"; 'Notion-Version' = '2026-03-11' } }

function Start-Sdk {
    <#
    .SYNOPSIS
    Starts Node with the SDK.
    #>
    $start = [Diagnostics.ProcessStartInfo]::new('node')
    foreach ($argument in '--expose-gc', (Join-Path $PSScriptRoot 'sdk.mjs')) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    foreach (
        $pair in @{
            BENCHMARK_URL = $script:Notion.BaseUri; BENCHMARK_TOKEN = $script:Notion.Token
            BENCHMARK_SOURCE = $script:Notion.SourceId; BENCHMARK_PAGE = $script:Notion.PageId
        }.GetEnumerator()
    ) {
        $start.Environment[$pair.Key] = $pair.Value
    }
    $script:Node = [Diagnostics.Process]::Start($start)
}

function Invoke-Sdk {
    <#
    .SYNOPSIS
    Lets the SDK do a work; ms is the time that the SDK measured.
    #>
    param([hashtable] $Work)

    $script:Node.StandardInput.WriteLine(($Work | ConvertTo-Json -Compress))
    $reply = $script:Node.StandardOutput.ReadLine()
    if (-not $reply) { throw 'The SDK has ended.' }
    $reply | ConvertFrom-Json
}

function Stop-Peer {
    <#
    .SYNOPSIS
    Ends what was started.
    #>
    foreach ($process in @($script:Node; if ($script:Notion) { $script:Notion.Process })) {
        if ($process -and -not $process.HasExited) { $process.Kill() }
    }
    $script:Node = $script:Notion = $null
}

function Get-RestList {
    <#
    .SYNOPSIS
    The whole list as a script gets it with Invoke-RestMethod.
    #>
    param([string] $Uri, [hashtable] $Headers)

    $body = @{ page_size = 100 }
    do {
        $reply = Invoke-RestMethod $Uri -Method POST -Headers $Headers -ContentType application/json -Body ($body |
            ConvertTo-Json)
        $reply.results
        $body.start_cursor = $reply.next_cursor
    } while ($reply.has_more)
}

function Get-SeededId {
    <#
    .SYNOPSIS
    Ids of that many pages, which the ordinary endpoints know.
    #>
    param([int] $Count)

    $sample = Invoke-FakeNotionControl 'seed' -Body @{ title = 'Seeded for benchmarks'; rows = $Count }
    Invoke-NotionRequest "data_sources/$($sample.dataSourceId)/query" -Method POST -All | ForEach-Object id
}

function Invoke-Child {
    <#
    .SYNOPSIS
    Runs a script of Children in a PowerShell process of its own; what it needs goes in on standard input, a text or as
    JSON, and what it found comes back.
    #>
    param([string] $Script, $With)

    $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
    $first = if ([IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') { Join-Path $PSHOME 'pwsh.dll' }
    foreach ($argument in @($first) +
            @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Path $PSScriptRoot "Children/$Script"))) {
        if ($argument) { $start.ArgumentList.Add($argument) }
    }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.WriteLine($(if ($With -is [string]) { $With } else { $With | ConvertTo-Json -Compress }))
    $process.StandardInput.Close()
    $output = $process.StandardOutput.ReadToEnd().Trim()
    $process.WaitForExit()
    if ($process.ExitCode -ne 0 -or -not $output) {
        throw "$Script failed with exit code $($process.ExitCode): $output"
    }
    ($output -split "`n")[-1] | ConvertFrom-Json
}

# ------------------------------------------------------------------------------------------------------------ measuring

function Measure-Peer {
    <#
    .SYNOPSIS
    Runs each peer's script once to warm up and then -Runs times, in turns, the first one another each time; gives the
    times in ms.
    .DESCRIPTION
    A script gets a hashtable, and puts its result there; with Ms in it that is the time, else it is measured here. Also
    holds times of parts, by name. What was put there is checked after each run by the script -Check, outside of the
    time.
    #>
    param(
        [Parameter(Mandatory)] [Collections.Specialized.OrderedDictionary] $Peers,
        [Parameter(Mandatory)] [int] $Runs,
        [scriptblock] $Check = {},
        [int] $WarmUp = 1
    )

    $self = [Diagnostics.Process]::GetCurrentProcess()
    $names = @($Peers.Keys)
    $times = [ordered]@{}
    foreach ($name in $names) { $times[$name] = [Collections.Generic.List[double]]::new() }
    $costs = [ordered]@{}
    foreach ($name in $names) { $costs[$name] = @{ Bytes = 0L; Collections = 0; Pause = 0.0; Cpu = 0.0 } }
    for ($run = -$WarmUp; $run -lt $Runs; $run++) {
        for ($i = 0; $i -lt $names.Count; $i++) {
            $name = $names[($i + $run + $WarmUp) % $names.Count]
            $script = $Peers[$name]
            $result = @{}
            foreach ($round in 1, 2) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
            $self.Refresh()
            $cpu = $self.TotalProcessorTime
            $bytes = [GC]::GetTotalAllocatedBytes($false)
            $pause = [GC]::GetTotalPauseDuration()
            $collections = [GC]::CollectionCount(0)
            $watch = [Diagnostics.Stopwatch]::StartNew()
            & $script $result
            $elapsed = $watch.Elapsed.TotalMilliseconds
            if ($run -ge 0) {
                $self.Refresh()
                $costs[$name].Cpu += ($self.TotalProcessorTime - $cpu).TotalMilliseconds
                $costs[$name].Bytes += [GC]::GetTotalAllocatedBytes($false) - $bytes
                $costs[$name].Pause += ([GC]::GetTotalPauseDuration() - $pause).TotalMilliseconds
                $costs[$name].Collections += [GC]::CollectionCount(0) - $collections
                $times[$name].Add($(if ($result.ContainsKey('Ms')) { $result.Ms } else { $elapsed }))
                foreach ($part in @(if ($result['Also']) { $result.Also.Keys })) {
                    if (-not $times.Contains($part)) { $times[$part] = [Collections.Generic.List[double]]::new() }
                    $times[$part].Add($result.Also[$part])
                }
            }
            & $Check $name $result
            $result = $null
        }
    }
    foreach ($name in $names) {
        $script:Costs[$name] = [ordered]@{
            MB = [math]::Round($costs[$name].Bytes / 1MB / $Runs, 1)
            Collections = [math]::Round($costs[$name].Collections / $Runs, 1)
            PauseMs = [math]::Round($costs[$name].Pause / $Runs, 1); CpuMs = [math]::Round($costs[$name].Cpu / $Runs, 1)
        }
    }
    $times
}

$script:Costs = [ordered]@{}
function Get-Cost { $script:Costs }

function Get-Median {
    param([Parameter(Mandatory)] [double[]] $Values)

    $sorted = @($Values | Sort-Object)
    $middle = [int][math]::Floor($sorted.Count / 2)
    if ($sorted.Count % 2) { $sorted[$middle] } else { ($sorted[$middle - 1] + $sorted[$middle]) / 2 }
}

function New-RatioTarget {
    <#
    .SYNOPSIS
    At most so many times a peer's time: the median of the runs' own ratios.
    #>
    param(
        [Parameter(Mandatory)] $Times,
        [Parameter(Mandatory)] [string] $By,
        [Parameter(Mandatory)] [double] $Limit,
        [string] $Of = 'NotionAuth',
        [string] $Text
    )

    $ratios = for ($i = 0; $i -lt $Times[$Of].Count; $i++) { $Times[$Of][$i] / $Times[$By][$i] }
    New-Target -Text $(if ($Text) { $Text } else { "$Limit × $By" }) -Figure (Get-Median $ratios) -Limit $Limit
}

function New-Target {
    <#
    .SYNOPSIS
    A figure beside the most that it may be; without a unit it is a ratio.
    #>
    param(
        [Parameter(Mandatory)] [string] $Text,
        [Parameter(Mandatory)] [double] $Figure,
        [Parameter(Mandatory)] [double] $Limit,
        [string] $Unit = ''
    )

    [ordered]@{
        Text = $Text; Figure = [math]::Round($Figure, 3); Limit = $Limit; Unit = $Unit; Met = $Figure -le $Limit
    }
}

function Get-Load {
    <#
    .SYNOPSIS
    How many programs wanted a core in the last minute, where the system says so.
    #>
    if (Test-Path -LiteralPath /proc/loadavg) { ([IO.File]::ReadAllText('/proc/loadavg') -split ' ')[0] }
    else { 'unknown' }
}

function Get-Machine {
    <#
    .SYNOPSIS
    What the figures were measured on.
    #>
    param([string] $Load)

    $processor = 'an unknown processor'
    if ((Test-Path -LiteralPath /proc/cpuinfo) -and
            [IO.File]::ReadAllText('/proc/cpuinfo') -match '(?m)^model name\s*:\s*(.+)$') {
        $processor = $Matches[1].Trim()
    }
    [ordered]@{
        Processor  = $processor
        Cores      = [Environment]::ProcessorCount
        Memory     = [int]([GC]::GetGCMemoryInfo().TotalAvailableMemoryBytes / 1GB)
        System     = [Runtime.InteropServices.RuntimeInformation]::OSDescription
        Runtime    = [Runtime.InteropServices.RuntimeInformation]::FrameworkDescription
        Collector  = if ([Runtime.GCSettings]::IsServerGC) { 'server collector' } else { 'workstation collector' }
        PowerShell = "$($PSVersionTable.PSVersion)"
        Node       = "$(node --version)"
        Sdk        = (Get-Content -LiteralPath (Join-Path $PSScriptRoot '../tests/sdk/package.json') -Raw |
            ConvertFrom-Json).dependencies.'@notionhq/client'
        Load       = $Load
    }
}

function Assert-Title {
    <#
    .SYNOPSIS
    Fails unless these are the titles of the bulk list, all of them and in order.
    #>
    param([string] $Peer, [int] $Count, [string] $Sum, [int] $Expected = 10000)

    if (-not $script:Sums.ContainsKey($Expected)) {
        $script:Sums[$Expected] = Get-TitleSum @(1..$Expected | ForEach-Object { "Task $_" })
    }
    if ($Count -ne $Expected) { throw "$Peer gave $Count items and not $Expected." }
    if ($Sum -and $Sum -ne $script:Sums[$Expected]) { throw "$Peer gave other titles than there are." }
}

$script:Sums = @{}
function Get-TitleSum {
    param([string[]] $Titles)
    [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($Titles -join "`n")))
}

Export-ModuleMember -Function *-*
