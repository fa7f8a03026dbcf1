# Tries the package out: what is in it, and whether a module that was installed from it works.
[CmdletBinding()]
param([string]$ModuleBase, [string]$Package)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'Assert-IsolatedHome.ps1')
. (Join-Path $PSScriptRoot '../tasks/Common.ps1')
Add-Type -AssemblyName System.IO.Compression.FileSystem

function Confirm-Content {
    param([string]$ModuleBase, [string]$Package)
    $archive = [IO.Compression.ZipFile]::OpenRead($Package)
    try {
        foreach ($entry in $archive.Entries) { Write-Information ('{0,9:N0}  {1}' -f $entry.Length, $entry.FullName) }
        $names = $archive.Entries | ForEach-Object { [Uri]::UnescapeDataString($_.FullName) }
        foreach ($file in Get-ChildItem -LiteralPath $ModuleBase -Recurse -File) {
            $name = $file.FullName.Substring($ModuleBase.Length + 1).Replace('\', '/')
            if ($names -notcontains $name) { throw "The package lacks $name." }
        }
        $reader = New-Object IO.StreamReader ($archive.GetEntry('NotionAuth.nuspec').Open())
        $nuspec = [xml]$reader.ReadToEnd()
    }
    finally { $archive.Dispose() }
    $metadata = $nuspec.package.metadata
    $dependency = $metadata.GetElementsByTagName('dependency') |
        Where-Object { $_.id -eq 'Microsoft.PowerShell.SecretManagement' }
    if (-not $dependency -or -not $metadata.description -or " $($metadata.tags) " -notlike '* PSModule * OAuth *') {
        throw 'The nuspec lacks its dependency, its description or its tags.'
    }
    Write-Information "nuspec: $($metadata.id) $($metadata.version), needs $($dependency.id) $($dependency.version)"
}

<# A folder of packages: ours, and that of the SecretManagement that this process finds. #>
function Initialize-Gallery {
    param([string]$Package)
    $folder = [IO.Directory]::CreateDirectory((Join-Path $env:HOME 'gallery')).FullName
    $dependency = Get-Module -ListAvailable -Name Microsoft.PowerShell.SecretManagement |
        Sort-Object Version -Descending | Select-Object -First 1
    Compress-PSResource -Path $dependency.ModuleBase -DestinationPath $folder
    Register-PSResourceRepository -Name NotionAuthFolder -Uri $folder -Trusted
    Publish-PSResource -NupkgPath $Package -Repository NotionAuthFolder
    $published = Join-Path $folder (Split-Path -Leaf $Package)
    if ((Get-FileHash -LiteralPath $published).Hash -ne (Get-FileHash -LiteralPath $Package).Hash) {
        throw 'Publishing has changed the package.'
    }
    Write-Information 'Publish-PSResource: the package arrives as it is, with its dependency'
    $folder
}

<# The folder of a user's modules, empty. #>
function Clear-UserModuleFolder {
    $folder = if (Test-Windows) { Join-Path ([Environment]::GetFolderPath('MyDocuments')) 'PowerShell/Modules' }
    else { Join-Path $env:HOME '.local/share/powershell/Modules' }
    Clear-Folder $folder
    $folder
}

function Confirm-Installed {
    param([string]$Folder, [string]$Command)
    foreach ($name in 'NotionAuth', 'Microsoft.PowerShell.SecretManagement') {
        if (-not (Get-ChildItem -Path (Join-Path $Folder "$name/*/$name.psd1") -ErrorAction Ignore)) {
            throw "$Command did not install $name."
        }
    }
    Write-Information "$Command NotionAuth: SecretManagement came along"
}

<# Install-Module, of PowerShellGet 2, reads a package's nuspec, also in a folder. #>
function Install-WithPowerShellGet {
    param([string]$Gallery)
    $folder = Clear-UserModuleFolder
    Register-PSRepository -Name NotionAuthFolder -SourceLocation $Gallery -InstallationPolicy Trusted
    Install-Module -Name NotionAuth -Repository NotionAuthFolder -Scope CurrentUser -Force
    Confirm-Installed $folder 'Install-Module'
}

<# Install-PSResource takes the dependencies from a gallery's feed. In a folder it reads the manifest alone, so that a
   gallery is what this needs. #>
function Install-WithPSResourceGet {
    param([string]$Gallery)
    $folder = Clear-UserModuleFolder
    $readyFile = Join-Path $env:HOME 'gallery-address'
    $log = Join-Path $env:HOME 'gallery.log'
    $script = @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', (Join-Path $PSScriptRoot 'Start-LocalGallery.ps1'),
        '-Folder', $Gallery, '-ReadyFile', $readyFile, '-ParentId', "$PID")
    $server = Open-Process -Command (@(Get-PowerShellProgram) + $script) -OutputFile $log
    try {
        for ($i = 0; -not (Test-Path -LiteralPath $readyFile); $i++) {
            if ($server.HasExited -or $i -eq 300) {
                throw "The local gallery did not start: $(Get-Content -LiteralPath "$log.errors" -ErrorAction Ignore)"
            }
            Start-Sleep -Milliseconds 100
        }
        Register-PSResourceRepository -Name NotionAuthGallery -Uri (
            [IO.File]::ReadAllText($readyFile)
        ) -ApiVersion V2 -Trusted
        Install-PSResource -Name NotionAuth -Repository NotionAuthGallery -Scope CurrentUser
    }
    finally { Close-Process $server }
    Confirm-Installed $folder 'Install-PSResource'
}

<# Imports what was installed in a fresh process; where there is no SecretManagement, too. #>
function Confirm-Import {
    param([string]$Folder)
    $env:PSModulePath = $Folder
    $import = 'Import-Module NotionAuth -ErrorAction Stop; (Get-Module NotionAuth).ModuleBase; (Get-Command ' +
        '-Module NotionAuth).Name -join '' '''
    $program, $arguments = @(Get-PowerShellProgram) + '-NoLogo' + '-NoProfile' + '-NonInteractive' + '-Command' +
        $import
    $answer = @(& $program @arguments)
    if ($answer.Count -ne 2 -or -not $answer[0].StartsWith($Folder) -or ($answer[1] -split ' ').Count -ne 6) {
        throw "Importing from the package gave: $answer"
    }
    Write-Information "imported in a fresh process: $($answer[1])"
}

Confirm-Content $ModuleBase $Package
$folder = Clear-UserModuleFolder
if (Get-Command Publish-PSResource -ErrorAction Ignore) {
    $gallery = Initialize-Gallery $Package
    Install-WithPowerShellGet $gallery
    Install-WithPSResourceGet $gallery
}
else {
    Write-Information 'INSTALLING WAS NOT TRIED: that needs Microsoft.PowerShell.PSResourceGet.'
    [IO.Compression.ZipFile]::ExtractToDirectory($Package,
        (Join-Path $folder "NotionAuth/$(Split-Path -Leaf $ModuleBase)"))
}
Confirm-Import $folder
exit 0
